"""The checks of `verify`: each one question, judged from facts; none prints, none reads by itself."""
