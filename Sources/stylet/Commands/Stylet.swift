import ArgumentParser

@main
struct Stylet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stylet",
        abstract: "Planning, navigation and control for surgical robots: from a CT to a screw held by the arm.",
        discussion: """
            Research software, not a cleared medical device.

            Every stage runs alone, from files to files:
              stylet phantom make Phantoms/lumbar.yaml --out ct --truth truth
              stylet segment ct --out labels.nii.gz
              stylet plan spine ct --labels labels.nii.gz --levels L1-L5 --out plan.json
              stylet report plan.json ct --labels labels.nii.gz --out report.html
            """,
        version: "0.1.0",
        subcommands: [
            PhantomGroup.self, Inspect.self, Convert.self, Segment.self, MeshCommand.self, PlanGroup.self,
            ReportCommand.self, CaseGroup.self,
            KeysGroup.self, RegisterGroup.self, CalibrateGroup.self, ArmGroup.self, FilterGroup.self, SimGroup.self,
            Run.self,
            TrackCommand.self, OpenIGTLinkGroup.self, NavigateCommand.self,
            SceneGroup.self, GuardCommand.self,
        ])
}
