"""Quantities: what is understood, exactly, and what is refused with what advice."""

from __future__ import annotations

import pytest

from finmodel.case.quantity import BadValue, read

pytestmark = pytest.mark.smoke

GOOD = [
    ("110 USD/kg", "money/kg", 110.0, "USD/kg"),
    ("110,000 USD/t", "money/kg", 110.0, "USD/kg"),
    ("3.25 % p.a.", "1/year", 0.0325, "1/year"),
    ("3.25 %/year", "1/year", 0.0325, "1/year"),
    ("25 bp p.a.", "1/year", 0.0025, "1/year"),
    ("1,226 million USD", "money", 1.226e9, "USD"),
    ("1,900 million JPY/year", "money/year", 1.9e9, "JPY/year"),
    ("1,900 million JPY p.a.", "money/year", 1.9e9, "JPY/year"),
    ("1.5 billion JPY", "money", 1.5e9, "JPY"),
    ("12 thousand USD/month", "money/year", 144_000.0, "USD/year"),
    ("1.30x", "ratio", 1.3, "ratio"),
    ("90 %", "ratio", 0.9, "ratio"),
    ("90%", "ratio", 0.9, "ratio"),
    ("-2 %", "ratio", -0.02, "ratio"),
    ("12 quarters", "month", 36.0, "month"),
    ("20 years", "month", 240.0, "month"),
    ("36 months", "year", 3.0, "year"),
    ("5,250 t/year", "t/year", 5250.0, "t/year"),
    ("5,250,000 kg per year", "t/year", 5250.0, "t/year"),
    ("45 days", "day", 45.0, "day"),
    ("11 kWh/kg", "kWh/kg", 11.0, "kWh/kg"),
    ("11 MWh/t", "kWh/kg", 11.0, "kWh/kg"),
    ("150 JPY/USD", "money/money", 150.0, "JPY/USD"),
    ("0.0000001 %", "ratio", 1e-9, "ratio"),
]

BAD = [
    ("1,0 %", "ratio", "a comma that does not group three digits", '"1.0 %"'),
    ("0,125 x", "ratio", "a comma that does not group three digits", '"0.125 x"'),
    ("1,22,6 USD", "money", "a comma that does not group three digits", ""),
    ("1 226 USD", "money", "a space inside its number", ""),
    ("\uff15 %", "ratio", "fullwidth digit five", '"5 %"'),
    ("5\u00a0%", "ratio", "no-break space", '"5 %"'),
    ("\u22125 %", "ratio", "minus sign", '"-5 %"'),
    ("nan", "ratio", "is a number with a unit", ""),
    ("inf USD", "money", "is a number with a unit", ""),
    ("1e999 USD", "money", "is beyond 1e15", ""),
    ("1e99 USD", "money", "is beyond 1e15", ""),
    ("2,000,000 billion USD", "money", "is beyond 1e15", ""),
    ("9" * 400 + " USD", "money", "is a number with a unit", '"10 USD"'),
    ("", "money", "is a number with a unit", ""),
    (".5 x", "ratio", "is a number with a unit", ""),
    ("5", "1/year", "needs a unit: got the bare number 5", '"5 % p.a."'),
    ("1,226 million", "money", "the bare number 1,226 million", '"1,226 million USD"'),
    ("5 %", "1/year", 'is measured in % p.a.: got "5 %", which is a pure ratio', '"5 % p.a."'),
    ("5 USD", "money/kg", 'is measured in USD/kg: got "5 USD", which is in USD', '"5 USD/kg"'),
    ("5 JPY", "money/kg", "is measured in JPY/kg", '"5 JPY/kg"'),
    ("5 kg", "money", "is measured in USD", '"5 USD"'),
    ("5 days", "month", "is measured in months", '"5 months"'),
    ("5 furlongs", "month", "has no such unit", '"5 months"'),
    ("5 USDm", "money", "has no such unit", '"5 USD"'),
    ("5 /", "ratio", "has no such unit", ""),
    ("5 %%", "ratio", "has no such unit", ""),
    ("__import__('os')", "money", "is a number with a unit", ""),
    ("${HOME} USD", "money", "is a number with a unit", ""),
    ("%s USD", "money", "is a number with a unit", ""),
]


@pytest.mark.parametrize(("text", "wanted", "number", "unit"), GOOD)
def test_a_quantity_becomes_the_nearest_float_in_the_wanted_unit(text, wanted, number, unit):
    assert (read(text, wanted)[0], str(read(text, wanted)[1])) == (number, unit)


@pytest.mark.parametrize(("text", "wanted", "wrong", "write"), BAD)
def test_what_is_not_a_quantity_is_refused_with_what_to_write(text, wanted, wrong, write):
    with pytest.raises(BadValue) as caught:
        read(text, wanted)

    assert wrong in caught.value.wrong
    assert caught.value.write == write or not write


def test_messages_stay_short_whatever_is_typed():
    with pytest.raises(BadValue) as caught:
        read("9" * 100_000, "money")

    assert len(caught.value.wrong) < 200
