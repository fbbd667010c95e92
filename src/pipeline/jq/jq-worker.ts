/** The thread in which jq runs. Takes an expression and a value as JSON, answers the selected paths. */
import { parentPort } from 'node:worker_threads'
import { loadJq } from 'jq-wasm'
import type { JqAnswer } from './jq.ts'

const jq = await loadJq()

parentPort?.on('message', ({ expression, json }: { readonly expression: string; readonly json: string }) => {
  parentPort?.postMessage(answer(expression, json))
})
parentPort?.postMessage('ready')

function answer(expression: string, json: string): JqAnswer {
  const { stdout, stderr, exitCode } = jq.raw(json, `[path(${expression})]`, ['-c'])
  if (exitCode !== 0) return { error: stderr.split('\n')[0] ?? `jq ended with ${exitCode}` }
  return { paths: JSON.parse(stdout) as (string | number)[][] }
}
