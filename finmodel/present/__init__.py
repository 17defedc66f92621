"""Results become pages: tables, text, HTML, JSON, CSV, and pictures."""
