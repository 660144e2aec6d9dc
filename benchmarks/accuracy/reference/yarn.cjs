// Yarn 1's own parser (npm: @yarnpkg/lockfile, found from the working folder): the lock's table as JSON.
const { readFileSync } = require("node:fs");
const { parse } = require(require.resolve("@yarnpkg/lockfile", { paths: [process.cwd()] }));
console.log(JSON.stringify(parse(readFileSync(process.argv[2], "utf8")).object));
