"""What a fault run is made of: an upstream and callers that write down what they see, and the server between them."""
