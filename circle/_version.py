"""The version of circle, in the one place that packaging and run records read."""

VERSION = "0.1.0"
