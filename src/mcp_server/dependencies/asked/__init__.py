"""What each kind of manifest asks for: a function a form, `ManifestText` in, `Reading` out; in workers only."""
