/** One route as data: what it takes, what it answers, who may call it. The HTTP server and the OpenAPI document are made from the same list. */
import type { z } from 'zod'
import type { Engine } from './engine.ts'

export interface RouteInput<Query, Body> {
  /** Decoded path parameters. */
  readonly name: string
  readonly query: Query
  readonly body: Body
  readonly engine: Engine
  readonly version: string
  /** The server's time, in ms. */
  readonly now: number
}

export interface RouteDefinition<Query, Body> {
  readonly method: 'GET' | 'POST'
  /** Below `/api/v1`; `{name}` is the one path parameter there is. */
  readonly path: string
  readonly summary: string
  readonly query?: z.ZodType<Query>
  readonly body?: z.ZodType<Body>
  readonly answer: Answer
  handle(input: RouteInput<Query, Body>): Promise<unknown>
}

export interface Answer {
  readonly description: string
  /** Default 200. */
  readonly status?: number
  /** A schema from `components`, a list of it as `{items, cursor?}`, or text. */
  readonly schema?: z.ZodType
  readonly list?: z.ZodType
  readonly contentType?: string
}

/** A route whose query and body are parsed before `handle` sees them. */
export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly summary: string
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly answer: Answer
  /** Throws ZodError for a query or body of the wrong form. */
  run(input: RouteInput<unknown, unknown>): Promise<unknown>
}

/** Ties the schemas to the types of the handler. */
export function route<Query = undefined, Body = undefined>(definition: RouteDefinition<Query, Body>): Route {
  const { handle, ...rest } = definition
  return {
    ...rest,
    async run(input) {
      const query = definition.query?.parse(input.query) as Query
      const body = definition.body?.parse(input.body ?? {}) as Body
      return handle({ ...input, query, body })
    },
  }
}
