"""The suite as its users meet it, on a real RabbitMQ and a real PostgreSQL."""
