/// A fault that keeps a surface from being the boundary of a solid, and how often it occurs.
public enum MeshDefect: Equatable, Sendable {
    case empty
    /// Edges with a triangle on one side alone.
    case openEdges(Int)
    /// Edges of more than two triangles.
    case nonManifoldEdges(Int)
    /// Edges whose two triangles disagree on which side is outside.
    case inconsistentWinding(Int)
    /// Vertices at which two or more separate fans of triangles meet.
    case nonManifoldVertices(Int)
    /// Triangles that name a vertex twice, or are thinner than `TriangleMesh.leastArea`.
    case degenerateTriangles(Int)
    /// Bodies that are inside out and lie within no other: no cavity.
    case invertedBodies(Int)
    /// Different vertices in the same place; a program that merges them sees another surface.
    case coincidentVertices(Int)
}
