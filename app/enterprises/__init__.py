"""Property service enterprises: the directory, the recommended batches, conduct and credibility, projects and capacity."""
