"""Results become pages: tables, text, HTML, the machine contract, and pictures."""
