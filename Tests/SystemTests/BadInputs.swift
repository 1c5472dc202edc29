import Testing

/// One bad input: what is wrong, the command that meets it, and what a person must get.
struct BadInput: Sendable, CustomTestStringConvertible {
    let what: String
    let arguments: [String]
    var status: Int32 = 1
    /// The error's code for scripts; `nil` for wrong usage, which has none.
    let code: String?
    /// What the sentence must say.
    let words: [String]

    var testDescription: String { what }

    private static let arm = ["--arm", "Kinematics/ur5e.urdf"]

    static let images: [BadInput] = [
        BadInput(
            what: "a folder without a file", arguments: ["inspect", "empty"], code: "no-image",
            words: ["empty", "empty folder"]),
        BadInput(
            what: "no DICOM in the folder", arguments: ["inspect", "texts"], code: "no-image",
            words: ["texts", "no DICOM"]),
        BadInput(
            what: "no such file", arguments: ["inspect", "nothing.nii.gz"], code: "not-found",
            words: ["nothing.nii.gz", "no such file"]),
        BadInput(
            what: "half a NIfTI file", arguments: ["inspect", "half.nii"], code: "truncated",
            words: ["half.nii", "cut off"]),
        BadInput(
            what: "half a compressed file", arguments: ["inspect", "half.nii.gz"], code: "truncated",
            words: ["half.nii.gz", "cut off"]),
        BadInput(
            what: "half a DICOM file in the series",
            arguments: ["plan", "spine", "half", "--labels", "labels.nii.gz", "--levels", "L3", "--out", "out.json"],
            code: "image-not-for-planning", words: ["half", "must not be planned on", "ends too early"]),
        BadInput(
            what: "two series in a folder", arguments: ["inspect", "two"], code: "several-series",
            words: ["two holds 2 series", "--series"]),
        BadInput(
            what: "a series that is not there", arguments: ["inspect", "two", "--series", "1.2.3"],
            code: "series-not-found", words: ["no series 1.2.3"]),
        BadInput(
            what: "a slice missing", arguments: ["segment", "gap", "--out", "out.nii.gz"],
            code: "image-not-for-planning", words: ["gap", "1 slice(s) missing"]),
        BadInput(
            what: "labels on another grid",
            arguments: ["plan", "spine", "ct-4", "--labels", "labels.nii.gz", "--levels", "L3", "--out", "out.json"],
            code: "labels-on-another-grid", words: ["labels.nii.gz", "another grid", "Resample"]),
        BadInput(
            what: "an image in place of labels",
            arguments: ["plan", "spine", "ct", "--labels", "ct.nii.gz", "--levels", "L3", "--out", "out.json"],
            code: "not-labels", words: ["ct.nii.gz", "no label map"]),
        BadInput(
            what: "a level that is not in the image",
            arguments: ["plan", "spine", "ct", "--labels", "labels.nii.gz", "--levels", "T3", "--out", "out.json"],
            code: "nothing-planned", words: ["T3", "no label in this image"]),
        BadInput(
            what: "a label that the map has not",
            arguments: ["mesh", "labels.nii.gz", "--label", "3", "--out", "meshes"], code: "label-not-found",
            words: ["no label 3"]),
        BadInput(
            what: "a phantom with an unknown key", arguments: ["phantom", "make", "phantom.yaml", "--out", "out"],
            code: "bad-settings", words: ["phantom.yaml", "bogus"]),
    ]

    static let outputs: [BadInput] = [
        BadInput(
            what: "an output in a folder that is not there",
            arguments: ["segment", "ct", "--out", "nowhere/out.nii.gz"], code: "not-written",
            words: ["nowhere/out.nii.gz", "make it first"]),
        BadInput(
            what: "an output below a file", arguments: ["convert", "ct.nii.gz", "--out", "points.csv/out.nii.gz"],
            code: "not-written", words: ["points.csv/out.nii.gz", "file"]),
        BadInput(
            what: "a DICOM series into a folder of other files", arguments: ["convert", "ct.nii.gz", "--out", "texts"],
            code: "not-written", words: ["texts", "other files"]),
        BadInput(
            what: "a key that would be overwritten",
            arguments: ["keys", "make", "--name", "A Surgeon", "--out", "surgeon.key"], code: "not-a-key",
            words: ["surgeon.key", "not overwritten"]),
    ]

    static let plans: [BadInput] = [
        run(
            "a plan edited after its approval", plan: "edited.json", code: "approval-void",
            words: ["changed after A Surgeon approved it"]),
        run(
            "a plan that nobody approved", plan: "unapproved.json", code: "not-approved",
            words: ["not approved", "stylet plan approve"]),
        run(
            "an approval by a key that is not trusted", keys: "other.keys", code: "approval-void",
            words: ["not trusted here"]),
        run("a file that is no plan", plan: "points.csv", code: "not-json", words: ["points.csv", "no JSON"]),
        run("an item that the plan has not", item: "L4-right", code: "item-not-found", words: ["L4-right"]),
        BadInput(
            what: "a plan of another image", arguments: ["report", "plan.json", "ct", "--out", "out.html"],
            code: "another-image", words: ["another image"]),
        BadInput(
            what: "a key that others may read",
            arguments: ["plan", "approve", "unapproved.json", "--as", "A Surgeon", "--key", "open.key"],
            code: "not-a-key", words: ["open.key", "chmod 600"]),
        BadInput(
            what: "a target outside the image",
            arguments: [
                "plan", "trajectory", "ct", "--labels", "labels.nii.gz", "--target", "900,0,0", "--out", "out.json",
            ], code: "target-outside-image", words: ["target-1", "outside the image"]),
        BadInput(
            what: "a target outside the skin",
            arguments: [
                "plan", "trajectory", "ct", "--labels", "labels.nii.gz", "--target", "-165,-118,-30", "--out",
                "out.json",
            ], code: "target-in-air", words: ["target-1", "outside the skin"]),
        BadInput(
            what: "a label to avoid that the map has not",
            arguments: [
                "plan", "trajectory", "ct", "--labels", "labels.nii.gz", "--target", "0,0,0", "--avoid", "lesion",
                "--out", "out.json",
            ], code: "label-not-found", words: ["no lesion (107)"]),
    ]

    static let registrations: [BadInput] = [
        run(
            "a matrix that mirrors", registration: "mirrored.json", code: "not-a-transform",
            words: ["mirrored.json", "mirrors"]),
        run(
            "a matrix that scales", registration: "scaled.json", code: "not-a-transform",
            words: ["scaled.json", "scales"]),
        run(
            "a registration between the wrong frames", registration: "reversed.json", code: "wrong-frames",
            words: ["base to ct", "ct to base"]),
        run(
            "a registration that is no JSON", registration: "points.csv", code: "bad-transform-file",
            words: ["points.csv", "not a JSON"]),
        BadInput(
            what: "points on a line", arguments: ["register", "points", "--moving", "line.csv", "--fixed", "line.csv"],
            code: "collinear", words: ["one line"]),
        BadInput(
            what: "two points for three",
            arguments: ["register", "points", "--moving", "points.csv", "--fixed", "two.csv"], code: "count-mismatch",
            words: ["4 moving", "2 fixed"]),
        BadInput(
            what: "a truncated table of points",
            arguments: ["register", "points", "--moving", "points.csv", "--fixed", "cut.csv"], code: "bad-table",
            words: ["cut.csv:3"]),
    ]

    static let arms: [BadInput] = [
        run(
            "a port that does not exist", port: "/dev/ttyNONE", code: "port-not-found", words: ["no port /dev/ttyNONE"]),
        run(
            "a file in place of a port", port: "points.csv", code: "not-a-port",
            words: ["points.csv", "no serial port"]),
        run("a device that is no port", port: "/dev/null", code: "not-a-port", words: ["/dev/null", "no serial port"]),
        run(
            "a port where nothing answers", port: "SILENT", code: "no-answer",
            words: ["nothing understandable", "baud"]),
        run(
            "an arm that speaks another version of the protocol", port: "OTHER-VERSION", code: "protocol-version",
            words: ["version 9", "version 1"]),
        run(
            "another arm than the one described", port: "OTHER-ARM", code: "other-arm",
            words: ["another arm", "kinematics differ"]),
        run(
            "an arm that cannot reach the axis", registration: "far.json", port: "ARM", code: "refused",
            words: ["move the arm's base or the patient"]),
        BadInput(
            what: "a broken URDF", arguments: ["arm", "info", "--arm", "broken/ur5e.urdf"], code: "bad-urdf",
            words: ["broken/ur5e.urdf", "not well-formed"]),
        BadInput(
            what: "a tip that the arm has not", arguments: ["arm", "info", "--tip", "finger"] + arm, code: "bad-urdf",
            words: ["no link 'finger'"]),
        BadInput(
            what: "a truncated table of joints",
            arguments: ["arm", "fk", "--joints", "cut-joints.csv", "--out", "out.csv"] + arm, code: "bad-table",
            words: ["cut-joints.csv:3"]),
        BadInput(
            what: "a table with other columns",
            arguments: ["arm", "fk", "--joints", "points.csv", "--out", "out.csv"] + arm, code: "bad-table",
            words: ["q1_rad"]),
        BadInput(
            what: "times that run backwards", arguments: ["filter", "tremor", "--in", "hand.csv", "--out", "out.csv"],
            code: "bad-table", words: ["hand.csv:4", "t_s"]),
        BadInput(
            what: "a scene with an unknown key", arguments: ["scene", "run", "scene.yaml"], code: "bad-settings",
            words: ["scene.yaml", "bogus"]),
        BadInput(
            what: "a fault file with an unknown kind", arguments: ["sim", "arm", "--faults", "faults.yaml"] + arm,
            code: "bad-settings", words: ["faults.yaml", "earthquake"]),
    ]

    static let usage: [BadInput] = [
        BadInput(what: "an unknown command", arguments: ["operate"], status: 64, code: nil, words: ["operate"]),
        BadInput(what: "a missing option", arguments: ["segment", "ct"], status: 64, code: nil, words: ["--out"]),
        BadInput(
            what: "a level that no spine has",
            arguments: ["plan", "spine", "ct", "--levels", "Q7", "--out", "out.json"], status: 64, code: nil,
            words: ["Q7", "levels"]),
        BadInput(
            what: "a spacing that cannot be",
            arguments: ["phantom", "make", "Phantoms/lumbar.yaml", "--out", "out", "--spacing-mm", "0,1,1"], status: 64,
            code: nil, words: ["0,1,1", "spacing-mm"]),
        BadInput(
            what: "a negative localisation error",
            arguments: ["register", "points", "--moving", "points.csv", "--fixed", "points.csv", "--fle-mm=-1"],
            status: 64, code: nil, words: ["-1", "fle-mm"]),
    ]

    /// The sections of the page.
    static let sections: [(title: String, inputs: [BadInput])] = [
        ("Images and labels", images), ("DICOM series", series), ("NIfTI files", niftiFiles),
        ("NRRD and MetaImage files", textFiles), ("Labels and segmenters", labelFiles), ("What is written", outputs),
        ("Plans and approvals", plans), ("Case stores", stores), ("Registrations", registrations),
        ("Calibrations and images onto images", BadMotions.rows),
        ("Arms and scenes", arms), ("Trackers and other programs", BadTrackers.rows),
        ("Wrong usage", usage),
    ]

    static let all = sections.flatMap(\.inputs)

    private static func run(
        _ what: String, plan: String = "plan.json", item: String = "L3-left", keys: String = "trusted.keys",
        registration: String = "ct-to-base.json", port: String = "/dev/ttyNONE", code: String, words: [String]
    ) -> BadInput {
        BadInput(
            what: what,
            arguments: ["run", plan, "--item", item, "--port", port] + arm + [
                "--registration", registration, "--trusted-keys", keys,
            ],
            code: code, words: words)
    }
}
