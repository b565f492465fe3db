export * from './figure-catalogue.ts';
