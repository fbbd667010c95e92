/** Reads YAML files of testdata folders. Used by tests only. Effect. */
import { readFileSync } from 'node:fs'
import { CORE_SCHEMA, loadAll } from 'js-yaml'
import type { KubeObject } from '../../kube/object.ts'

/** Every document of a YAML text. The core schema leaves dates as strings. */
export function parseFixture(text: string): unknown[] {
  return loadAll(text, undefined, { schema: CORE_SCHEMA }).filter(
    (document) => document !== null && document !== undefined,
  )
}

/** The objects of one file; at least one. */
export function readFixture(url: URL): [KubeObject, ...KubeObject[]] {
  const [first, ...rest] = parseFixture(readFileSync(url, 'utf8')) as KubeObject[]
  if (first === undefined) throw new Error(`${url.pathname} holds no object`)
  return [first, ...rest]
}
