// npm's own reading of package-lock.json: packages with the packages that answer what they ask for, as JSON.
const { execSync } = require("node:child_process");
const root = execSync("npm root -g").toString().trim();
const Arborist = require(`${root}/npm/node_modules/@npmcli/arborist`);
new Arborist({ path: process.argv[2] }).loadVirtual().then((tree) => {
  const found = [];
  for (const node of tree.inventory.values()) {
    if (node.isRoot || node.isLink || !node.location.includes("node_modules/")) continue;
    const asks = [...node.edgesOut.values()]
      .map((edge) => edge.to)
      .filter((to) => to && !to.isRoot)
      .map((to) => (to.isLink ? to.target : to))
      .map((to) => `${to.packageName}@${to.version ?? ""}`);
    found.push({ name: node.packageName, version: node.version ?? "", asks });
  }
  console.log(JSON.stringify(found));
}, () => process.exit(1));
