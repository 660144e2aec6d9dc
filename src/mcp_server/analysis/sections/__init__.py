"""The shapes of a report's deep sections: frozen values, one module for each aspect. What fills them lies beside."""
