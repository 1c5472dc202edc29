/// Tables of poses that calibrations must refuse, and images that do not belong together.
enum BadMotions {
    static let rows: [BadInput] = [
        BadInput(
            what: "a pivot tilted too little", arguments: ["calibrate", "pivot", "narrow.csv"],
            code: "sweep-too-narrow", words: ["tilted by only", "to all sides"]),
        BadInput(
            what: "a pivot of three poses", arguments: ["calibrate", "pivot", "three-poses.csv"], code: "too-few-poses",
            words: ["3 poses", "at least 20"]),
        BadInput(
            what: "points in place of poses", arguments: ["calibrate", "pivot", "points.csv"], code: "bad-table",
            words: ["points.csv", "qw"]),
        BadInput(
            what: "pairs of poses that are no pairs",
            arguments: ["calibrate", "handeye", "narrow.csv", "three-poses.csv"], code: "count-mismatch",
            words: ["30 of the arm", "3 of the camera"]),
        BadInput(
            what: "an arm that turned about one axis only",
            arguments: ["calibrate", "handeye", "narrow.csv", "narrow.csv"], code: "parallel-motions",
            words: ["one axis", "two more"]),
        BadInput(
            what: "a level without labels",
            arguments: ["register", "volumes", "--moving", "ct", "--fixed", "ct", "--level", "L3"], status: 64,
            code: nil,
            words: ["--level and --labels go together"]),
        BadInput(
            what: "an image with a slice missing to be registered",
            arguments: ["register", "volumes", "--moving", "gap", "--fixed", "ct"], code: "image-not-for-planning",
            words: ["gap", "1 slice(s) missing"]),
        BadInput(
            what: "a surface registration without a surface",
            arguments: ["register", "surface", "--points", "points.csv"], status: 64, code: nil,
            words: ["--mesh or --skin"]),
        BadInput(
            what: "a cloud of four points",
            arguments: ["register", "surface", "--skin", "ct", "--points", "points.csv"],
            code: "too-few-points", words: ["4 points", "at least 100"]),
        BadInput(
            what: "an X-ray view that is no JSON", arguments: xray + ["--view", "points.csv", "--view", "points.csv"],
            code: "bad-transform-file", words: ["points.csv", "not a JSON"]),
        BadInput(
            what: "one X-ray view", arguments: xray + ["--view", "points.csv"], status: 64, code: nil,
            words: ["two to eight times"]),
        BadInput(
            what: "a CT slice in place of an X-ray view",
            arguments: xray + ["--view", "view-of-a-ct.json", "--view", "view-of-a-ct.json"], code: "impossible-view",
            words: ["no X-ray projection", "CT"]),
        BadInput(
            what: "beads without their pixels", arguments: ["calibrate", "carm", "points.csv"], code: "bad-table",
            words: ["points.csv", "u_px, v_px"]),
        BadInput(
            what: "beads in a plane", arguments: ["calibrate", "carm", "flat-beads.csv"], code: "impossible-view",
            words: ["in one plane"]),
        BadInput(
            what: "a view without its image", arguments: ["calibrate", "carm", "flat-beads.csv", "--out", "view.json"],
            status: 64, code: nil, words: ["--out and --image go together"]),
        BadInput(
            what: "a corrected arm over the description",
            arguments: ["calibrate", "arm", "--arm", "Kinematics/ur5e.urdf", "--joints", "points.csv"]
                + ["--poses", "narrow.csv", "--out", "Kinematics/ur5e.urdf"],
            status: 64, code: nil, words: ["--out would overwrite"]),
        BadInput(
            what: "joints and poses that are no pairs",
            arguments: ["calibrate", "arm", "--arm", "Kinematics/ur5e.urdf", "--joints", "points.csv"]
                + ["--poses", "narrow.csv"],
            code: "bad-table", words: ["points.csv", "q1_rad"]),
        BadInput(
            what: "a C-arm beyond a full turn",
            arguments: ["sim", "xray", "ct", "--out", "views", "--angle-deg", "400"], status: 64, code: nil,
            words: ["-360 to 360"]),
    ]

    private static let xray = ["register", "xray", "ct", "--labels", "labels.nii.gz", "--level", "L3"]

    /// Thirty poses tilted by 2° about x, and by nothing else.
    static var narrow: String {
        (0..<30).reduce("x_mm,y_mm,z_mm,qw,qx,qy,qz\n") {
            $0 + "0,0,\(Double($1) / 10),1,\(Double($1 - 15) / 900),0,0\n"
        }
    }

    /// Twelve beads on a table, and pixels somewhere.
    static var flatBeads: String {
        (0..<12).reduce("x_mm,y_mm,z_mm,u_px,v_px\n") {
            $0 + "\($1 % 4 * 20),\($1 / 4 * 25),0,\(100 + $1 % 4 * 60),\(90 + $1 / 4 * 80)\n"
        }
    }

    /// The CT's first slice as a view.
    static let viewOfACT = """
        {"image": "ct/slice-0001.dcm", "projection": [2040, 0, 300, 0, 0, 2040, 300, 0, 0, 0, 1, 620]}
        """

    static let three = "x_mm,y_mm,z_mm,qw,qx,qy,qz\n0,0,0,1,0,0,0\n1,0,0,1,0.1,0,0\n0,1,0,1,0,0.1,0\n"
}
