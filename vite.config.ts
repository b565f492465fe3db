import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The browser application. `npx vite build` writes dist/web; `npx vite` serves it beside a running server for development. */
export default defineConfig({
  root: 'src/web',
  plugins: [react()],
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
