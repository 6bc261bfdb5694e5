// Loads every published entry with require() and with import(), and prints what each gave.
const entries = process.argv.slice(2);

const names = (module) =>
  Object.keys(module)
    .filter((name) => name !== "__esModule")
    .sort();

(async () => {
  for (const entry of entries) {
    const required = names(require(entry));
    const imported = names(await import(entry));
    console.log(JSON.stringify({ entry, path: require.resolve(entry), required, imported }));
  }
})();
