"""Whether several repositories can live together: packages, runtimes, licences, interfaces, known vulnerabilities."""
