import { z } from 'zod';
import type { Refusal, Result } from '../../kernel/index.ts';
import { refuse, reply, route, type Route, type RouteAnswer } from '../../platform/http/route.ts';
import type { OrganisationKind } from './organisations.ts';
import { ORGANISATION_KINDS } from './organisations.ts';
import type { RoleView } from './organisation-views.ts';
import {
  createDivision,
  createOrganisation,
  endAppointment,
  endOrganisation,
  grantAppointment,
  listAppointments,
  listDivisions,
  listOrganisations,
  type RightsParts,
} from './rights.server.ts';
import { APPOINTABLE_ROLES, isAdministrator, ROLE_NAMES, ROLES } from './roles.ts';

const code = z.string().regex(/^(\d{6}|\d{9}|\d{12})$/);
const name = z.string().trim().min(1).max(100);
const personId = z.string().min(1).max(100);
const day = z.iso.date();
const kinds = Object.keys(ORGANISATION_KINDS) as [OrganisationKind, ...OrganisationKind[]];

function answer<T extends object>(result: Result<T, Refusal>, status = 200): RouteAnswer {
  if (result.ok) return reply(status, result.value);
  return refuse(result.error.code.endsWith('NOT-FOUND') ? 404 : 409, result.error);
}

/** Divisions, organisations, appointments: who may do what where. */
export function rightsRoutes(parts: RightsParts): Route[] {
  const { db } = parts;
  return [
    route({
      method: 'GET',
      path: '/api/divisions',
      query: z.object({
        level: z.enum(['province', 'city', 'county', 'township', 'village']).optional(),
        parent: code.optional(),
      }),
      handle: ({ actor, query }) => listDivisions(db, actor, query),
    }),
    route({
      method: 'POST',
      path: '/api/divisions',
      body: z.object({ code, nameZh: name, nameEn: name }),
      handle: async ({ actor, body }) => answer(await createDivision(parts, actor, body), 201),
    }),
    route({
      method: 'GET',
      path: '/api/roles',
      handle: (): RoleView[] =>
        ROLES.map((role) => ({
          role,
          name: ROLE_NAMES[role],
          isAppointable: (APPOINTABLE_ROLES as readonly string[]).includes(role),
          isAdministrator: isAdministrator(role),
        })),
    }),
    route({
      method: 'GET',
      path: '/api/organisations',
      query: z.object({ divisionCode: code.optional(), closed: z.enum(['true', 'false']).default('false') }),
      handle: ({ actor, query }) =>
        listOrganisations(db, actor, { divisionCode: query.divisionCode, closed: query.closed === 'true' }),
    }),
    route({
      method: 'POST',
      path: '/api/organisations',
      body: z.object({ divisionCode: code, name, kind: z.enum(kinds) }),
      handle: async ({ actor, body }) => answer(await createOrganisation(parts, actor, body), 201),
    }),
    route({
      method: 'POST',
      path: '/api/organisations/:organisationId/close',
      params: z.object({ organisationId: z.uuid() }),
      handle: async ({ actor, params }) => answer(await endOrganisation(parts, actor, params.organisationId)),
    }),
    route({
      method: 'GET',
      path: '/api/appointments',
      query: z.object({
        personId: personId.optional(),
        organisationId: z.uuid().optional(),
        divisionCode: code.optional(),
      }),
      handle: ({ actor, query }) => listAppointments(db, actor, query),
    }),
    route({
      method: 'POST',
      path: '/api/appointments',
      body: z.object({
        personId,
        organisationId: z.uuid().nullable(),
        role: z.enum(APPOINTABLE_ROLES),
        divisionCode: z.union([code, z.literal('')]),
        validFrom: day,
        validUntil: day.nullable(),
      }),
      handle: async ({ actor, body }) => answer(await grantAppointment(parts, actor, body), 201),
    }),
    route({
      method: 'POST',
      path: '/api/appointments/:appointmentId/revoke',
      params: z.object({ appointmentId: z.uuid() }),
      handle: async ({ actor, params }) => answer(await endAppointment(parts, actor, params.appointmentId)),
    }),
  ];
}
