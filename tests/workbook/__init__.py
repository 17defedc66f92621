"""Tests of the live workbook."""
