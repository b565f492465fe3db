#!/usr/bin/env node
// Asks the server of this machine or container whether it can serve; exit 0 or 1. For health checks, which have no curl.
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

const isSecure = (process.env.TIANCHOU_TLS_CERT ?? '') !== '';
const call = (isSecure ? secure : plain)(
  {
    host: '127.0.0.1',
    port: Number(process.env.PORT ?? 8321),
    path: '/api/ready',
    timeout: 4000,
    // It asks itself: the name in the certificate is another one.
    rejectUnauthorized: false,
  },
  (response) => {
    response.resume();
    process.exit(response.statusCode === 200 ? 0 : 1);
  },
);
call.on('error', () => process.exit(1));
call.on('timeout', () => process.exit(1));
call.end();
