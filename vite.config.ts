import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Beside each text of assets/ its gzip form, which the server sends where the browser takes it: packed once, not per request. */
function packedAssets(): Plugin {
  return {
    name: 'packed-assets',
    apply: 'build',
    writeBundle({ dir }) {
      const folder = join(dir!, 'assets');
      for (const name of readdirSync(folder)) {
        if (!/\.(js|mjs|css|wasm|svg)$/.test(name)) continue;
        const content = readFileSync(join(folder, name));
        if (content.length > 1400) writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}

/** The browser application. `npx vite build` writes dist/web; `npx vite` serves it beside a running server for development. */
export default defineConfig({
  root: 'src/web',
  plugins: [react(), packedAssets()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    chunkSizeWarningLimit: 1100,
    rolldownOptions: {
      output: {
        // The map and the component library change seldom: browsers keep them across releases.
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /node_modules[\\/]maplibre-gl/ },
            { name: 'antd', test: /node_modules[\\/](antd|@ant-design|@rc-component|rc-)/ },
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler|@tanstack)[\\/]/ },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: { '/api': { target: process.env['TIANCHOU_SERVER'] ?? 'http://127.0.0.1:8321', changeOrigin: false } },
  },
});
