import Frames

/// Poses in a CSV file, one a row.
public enum PoseTable {
    public static let columns = ["x_mm", "y_mm", "z_mm", "qw", "qx", "qy", "qz"]

    /// The poses of B in A, mm; a quaternion of any length is made one of length 1.
    ///
    /// - Throws: `RobotDescriptionError.table` with the line, `.unreadable`.
    public static func read<A: Frame, B: Frame>(
        _ path: String, of type: Pose<A, B>.Type = Pose<A, B>.self
    ) throws(RobotDescriptionError) -> [Pose<A, B>] {
        let table = try NumberTable.read(path, columns: columns)
        var poses: [Pose<A, B>] = []
        poses.reserveCapacity(table.rows.count)
        for (i, row) in table.rows.enumerated() {
            guard let q = Quaternion(w: row[3], x: row[4], y: row[5], z: row[6]) else {
                throw .table(file: path, line: i + 2, .badQuaternion)
            }
            poses.append(Pose(rotation: Rotation(q), translation: Vector3(row[0], row[1], row[2])))
        }
        return poses
    }
}
