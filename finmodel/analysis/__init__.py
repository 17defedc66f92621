"""Questions put to a deal with its debt held: scenarios, shocks, what is needed for a result, other designs."""
