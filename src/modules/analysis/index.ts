/** Overlay of survey parcels, zone layers and a plan: the facts every table and figure is made of. Pure. */
export * from './attributes.ts';
export * from './facts.ts';
export * from './parameters.ts';
export * from './parcel-whole.ts';
export * from './plan-input.ts';
export { analyse, type AnalysisHooks, type AnalysisInput, type ZoneInput } from './analyse.ts';
export { mayBeZoneKey, zoneKeysOf } from './zone-keys.ts';
