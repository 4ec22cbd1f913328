"""Is a regular package, so that no ``tests`` that a dependency installs by mistake stands in its place."""
