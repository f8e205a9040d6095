"""What single layers do: their outputs kept or changed on the way, their channels, windows and order."""
