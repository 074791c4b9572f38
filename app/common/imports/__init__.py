"""Tables that people bring (Excel, CSV): upload, recognise, correct, list problems, show what would change, confirm, write."""
