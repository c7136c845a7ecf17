print("birdie")
