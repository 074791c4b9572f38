"""How fast the site is, each figure beside a bare baseline measured in the same run. `script/bench` runs everything."""
