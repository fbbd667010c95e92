/** The objects of an application as a graph, laid out in a worker. Loaded when somebody looks at it. */
import { Background, Controls, type Edge, Handle, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react'
import ELK from 'elkjs/lib/elk-api.js'
import workerUrl from 'elkjs/lib/elk-worker.min.js?url'
import { useEffect, useMemo, useState } from 'react'
import '@xyflow/react/dist/base.css'
import type { ApplicationDetail } from '../../../src/api/views.ts'
import { Failure, Loading } from '../parts/states.tsx'
import { type TreeNode, treeOf } from './tree.ts'

type GraphNode = Node<{ readonly node: TreeNode }, 'object'>

const size = { width: 220, height: 64 }
const nodeTypes = { object: ObjectNode }

function ObjectNode({ data: { node } }: NodeProps<GraphNode>) {
  return (
    <div className={`node ${node.tone}`}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <small>{node.kind}</small>
      <b title={node.name}>{node.name}</b>
      <small>{node.words}</small>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  )
}

export default function Graph({ app }: { app: ApplicationDetail }) {
  // What is drawn changes with what is in the tree, and not with every look at it.
  const text = JSON.stringify(treeOf(app))
  const tree = useMemo(() => JSON.parse(text) as ReturnType<typeof treeOf>, [text])
  const [laidOut, setLaidOut] = useState<readonly GraphNode[]>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    let current = true
    const elk = new ELK({ workerUrl })
    elk
      .layout({
        id: 'root',
        layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'RIGHT', 'elk.spacing.nodeNode': '12' },
        children: tree.nodes.map(({ id }) => ({ id, ...size })),
        edges: tree.edges.map(({ id, source, target }) => ({ id, sources: [source], targets: [target] })),
      })
      .then(
        ({ children = [] }) => {
          if (!current) return
          const places = new Map(children.map(({ id, x = 0, y = 0 }) => [id, { x, y }]))
          const place = (id: string) => places.get(id) ?? { x: 0, y: 0 }
          setLaidOut(
            tree.nodes.map((node) => ({ id: node.id, type: 'object', position: place(node.id), data: { node } })),
          )
        },
        (reason: unknown) => current && setError(reason),
      )
    return () => {
      current = false
      elk.terminateWorker()
    }
  }, [tree])
  if (error !== undefined) return <Failure error={error} />
  if (laidOut === undefined) return <Loading what="the graph" />
  return (
    <div className="graph">
      <ReactFlow<GraphNode, Edge>
        nodes={[...laidOut]}
        edges={[...tree.edges]}
        nodeTypes={nodeTypes}
        fitView
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={false}
        onlyRenderVisibleElements
        proOptions={{ hideAttribution: false }}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  )
}
