"""The daemon: a home's actors, its link, its API and its log, from the first start to the last stop."""
