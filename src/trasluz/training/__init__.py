"""Training: loop, engine, phases, checkpoints, schedules."""
