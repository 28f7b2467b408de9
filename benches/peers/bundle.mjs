// Bundles a peer from npm for the browser: `node bundle.mjs <entry> <outfile>`, run where
// node_modules is.
import { build } from "esbuild";
import { nodeModulesPolyfillPlugin } from "esbuild-plugins-node-modules-polyfill";

const [entry, outfile] = process.argv.slice(2);
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  format: "esm",
  platform: "browser",
  minify: true,
  logLevel: "error",
  nodePaths: ["node_modules"],
  // ioredis-mock was bundled once already and asks for what a browser does not have.
  banner: { js: "var require = () => ({});" },
  plugins: [
    nodeModulesPolyfillPlugin({ globals: { Buffer: true, process: true }, fallback: "empty" }),
  ],
});
