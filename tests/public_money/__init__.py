"""The government's account: ledger, incidence, instruments, tracing, page, files."""
