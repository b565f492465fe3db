import { existsSync } from 'node:fs';
import { openEmbeddedEngine } from '../platform/db/embedded.ts';
import { embeddedFiles } from '../platform/db/embedded-bundle.ts';

// Run by the build: makes the prepared files of the embedded database, so that the first start finds them.
const files = embeddedFiles();
if (!existsSync(files.template) || !existsSync(files.postgis))
  await (await openEmbeddedEngine({ folder: null, files })).close();
