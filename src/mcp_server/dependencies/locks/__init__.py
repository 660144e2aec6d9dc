"""What each kind of lock holds: packages, versions, who asks for whom. Line parsers, because locks have megabytes."""
