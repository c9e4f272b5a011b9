"""A value for each parameter of an address. A new parameter needs a line here, else the policy's matrix fails.

Parameters are looked up as `endpoint.parameter` first, then as `parameter`.
"""

VALUES: dict[str, object] = {
    "tag": "en",
    "slug": "yuanshang",
    "code": "none",
    "name": "none",
    "number": "none",
    "filename": "none",
    "token": "none",
    "gateway": "simulated",
    "reference": "none",
    "kind": "none",
    "part": "none",
    "word": "confirm",
    "picture": "none",
    "digest": "none",
}
NUMBER = 1  # every <int:...> parameter
