import Frames

extension PhantomDefinition {
    /// A head on the first cervical vertebra.
    public struct Head: Equatable, Sendable {
        /// Greatest outer length and breadth of the skull, and the height of its vault over the middle of the length.
        public var length, breadth, vaultHeight: Double
        public var thickness: Double
        /// Soft tissue over the vault.
        public var scalp: Double
        public var sutureWidth: Double
        /// 1 for slim ventricles of an adult; larger for wider ones.
        public var ventricleScale: Double
        public var greyHU, whiteHU, fluidHU: Double
        /// Arteries and venous sinuses after contrast.
        public var arteryHU, sinusHU: Double
        /// Branches of each middle cerebral artery on the brain's surface, and the seed of their course.
        public var branches: Int
        public var vesselSeed: UInt64
        public var lesion: Lesion?
        /// Metal fillings in molars.
        public var fillings: Int

        /// A mass with an enhancing rim.
        public struct Lesion: Equatable, Sendable {
            /// Left, back and up from the skull's middle.
            public var centre: Vector3
            public var diameter, rimHU, coreHU: Double
        }
    }
}
