"""What is drawn: processes, states, drivers, their calibration, and the random numbers beneath."""
