"""The embedded backend: it answers the same protocol as the cloud, on the user's own machine."""
