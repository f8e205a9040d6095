"""Many runs that answer one question: what to train, what is done already, and what the numbers say."""
