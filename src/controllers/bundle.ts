/** What was applied, as bytes for the store: canonical, compressed, secrets masked before they get there. */

import { promisify } from 'node:util'
import { deflateRaw } from 'node:zlib'
import { digestOf } from '../kube/canonical.ts'
import { stringifyJson } from '../kube/json.ts'
import { maskObject } from '../pipeline/diff/mask.ts'
import type { DesiredObject } from '../pipeline/plan/types.ts'

const deflate = promisify(deflateRaw)

export interface Bundle {
  readonly digest: string
  readonly bytes: Uint8Array
}

export async function bundleOf(objects: readonly DesiredObject[]): Promise<Bundle> {
  const digest = digestOf(objects.map((object) => object.digest))
  const text = stringifyJson(objects.map((object) => maskObject(object.object)))
  return { digest, bytes: await deflate(Buffer.from(text)) }
}
