"""The physics of a home on virtual time; knows nothing of actors, decisions or chance."""
