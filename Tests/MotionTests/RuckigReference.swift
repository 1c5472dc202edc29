/// Durations that an independent program found for the same motions: Ruckig's community version 0.19.4 (Berscheid and
/// Kröger 2021), one axis to rest, from states and limits drawn at random inside the limits.
struct RuckigReference: Sendable {
    /// Position, velocity, acceleration.
    let state: [Double]
    let goal: Double
    /// Velocity, acceleration, jerk.
    let limits: [Double]
    /// s.
    let duration: Double

    static let rows: [RuckigReference] = [
        RuckigReference(
            state: [-1.7680043, 0.0794235062, -2.9429714], goal: -1.76941678,
            limits: [1.10673174, 3.44155889, 327.212564], duration: 0.0817939528),
        RuckigReference(
            state: [-1.10704414, 0.0, 0.0], goal: -1.31047264, limits: [1.41420791, 1.86218076, 49.9029416],
            duration: 0.69940427),
        RuckigReference(
            state: [0.326400655, 0.0, 0.0], goal: 0.295526849, limits: [1.010906, 3.31297413, 63.3071578],
            duration: 0.252368876),
        RuckigReference(
            state: [-0.743411318, 0.625513276, -1.01408078], goal: -0.71546469,
            limits: [1.7336845, 1.72438501, 34.5025791], duration: 0.847307863),
        RuckigReference(
            state: [-0.62609724, -0.357791557, -3.34971905], goal: -0.611914797,
            limits: [0.895594438, 4.00545162, 391.015667], duration: 0.302972921),
        RuckigReference(
            state: [-1.84317097, -2.04945582, 1.44116314], goal: -2.98679551,
            limits: [2.94448957, 2.80228268, 211.970797], duration: 0.920779561),
        RuckigReference(
            state: [-0.175178675, 0.340575721, 6.863389], goal: -6.18310199,
            limits: [1.80447263, 17.5718173, 160.305019], duration: 3.64122931),
        RuckigReference(
            state: [1.28769915, 0.449471396, 5.42052546], goal: 2.02307807,
            limits: [1.52747534, 13.450968, 35.0313667], duration: 0.755395541),
        RuckigReference(
            state: [-1.1271689, 0.595352401, -2.10056972], goal: -1.12387765,
            limits: [2.68371282, 7.26660249, 470.62104], duration: 0.208197454),
        RuckigReference(
            state: [1.53353531, -0.0907839779, -6.81431171], goal: 4.39071713,
            limits: [0.893321534, 8.12351921, 436.353877], duration: 3.36544206),
        RuckigReference(
            state: [-1.29512909, 0.0, 0.0], goal: -1.72572183, limits: [0.979578981, 8.59828209, 182.591727],
            duration: 0.600586688),
        RuckigReference(
            state: [1.8008958, -0.455322849, -3.963162], goal: 1.7338186,
            limits: [0.607893899, 10.9245238, 306.857155], duration: 0.159424775),
        RuckigReference(
            state: [-0.0739087273, -0.537936017, 2.25964992], goal: -0.0721345735,
            limits: [2.6387426, 19.0617813, 341.884675], duration: 0.154747798),
        RuckigReference(
            state: [-1.39494027, 0.0, 0.0], goal: -7.64371739, limits: [0.388573324, 4.57088212, 85.3400779],
            duration: 16.2199046),
        RuckigReference(
            state: [0.409116756, 0.515719966, -0.463187784], goal: 0.412216807,
            limits: [1.91846434, 1.87115373, 107.936578], duration: 0.677811319),
        RuckigReference(
            state: [-0.629456647, 0.0, 0.0], goal: -0.547329304, limits: [2.57702339, 19.8655031, 235.664782],
            duration: 0.223416043),
        RuckigReference(
            state: [1.65658313, -0.591079837, 9.55438766], goal: 9.86019247,
            limits: [2.13775895, 10.5685231, 106.581428], duration: 4.15559839),
        RuckigReference(
            state: [0.13036959, -1.74290848, -3.75262409], goal: 0.481742036,
            limits: [2.61731008, 14.0758373, 134.252023], duration: 0.689590197),
        RuckigReference(
            state: [1.21330426, -0.999207995, -9.67837314], goal: 1.09566429,
            limits: [1.91703902, 15.8737857, 380.3696], duration: 0.157083777),
        RuckigReference(
            state: [1.82606031, -0.57585028, -0.469888337], goal: 3.54105575,
            limits: [1.19557512, 1.06511294, 18.8288523], duration: 3.3433447),
        RuckigReference(
            state: [-0.649050081, -1.77020837, -6.13725861], goal: -0.335529836,
            limits: [2.22475829, 7.31563341, 487.384915], duration: 0.834959589),
        RuckigReference(
            state: [0.642342601, 0.0, 0.0], goal: 1.98885866, limits: [2.72086335, 16.8884928, 242.339346],
            duration: 0.725682555),
        RuckigReference(
            state: [1.88662916, -0.770552618, 5.67956737], goal: 1.95785575,
            limits: [2.30039329, 9.82163852, 93.3682506], duration: 0.375645718),
        RuckigReference(
            state: [-0.138584471, -2.15568838, 2.12622687], goal: -0.418027544,
            limits: [2.28138759, 2.15592536, 83.633745], duration: 2.23010662),
        RuckigReference(
            state: [1.19742805, 0.0, 0.0], goal: 1.06968885, limits: [1.86843672, 9.74996017, 469.046418],
            duration: 0.25065223),
        RuckigReference(
            state: [-0.828133389, -1.6263401, 5.84423507], goal: -1.96241042,
            limits: [2.81414945, 8.95928402, 436.512749], duration: 0.610479166),
        RuckigReference(
            state: [0.649899321, 0.533956147, -9.76098609], goal: 2.68487269,
            limits: [1.11277006, 11.1148789, 417.926523], duration: 1.93352694),
        RuckigReference(
            state: [0.434218556, 1.98248517, 0.0643343182], goal: 0.429327678,
            limits: [2.65887259, 3.04988355, 80.1590102], duration: 1.6399243),
        RuckigReference(
            state: [1.1370899, 0.0559922055, -5.0956842], goal: -2.2741421,
            limits: [1.52578021, 14.6412688, 280.455434], duration: 2.38191236),
        RuckigReference(
            state: [1.57604831, 0.0, 0.0], goal: 1.51675666, limits: [0.359103196, 4.23046956, 25.8884529],
            duration: 0.418484271),
        RuckigReference(
            state: [-0.0878547279, -0.182523057, 3.99272571], goal: -0.714283258,
            limits: [1.91507808, 10.3582861, 258.519929], duration: 0.55054186),
        RuckigReference(
            state: [-1.45146226, 2.3531268, 2.24635118], goal: -1.4885694,
            limits: [2.65429935, 18.8725215, 133.498186], duration: 0.601483074),
        RuckigReference(
            state: [1.10773036, 0.0, 0.0], goal: 1.11146214, limits: [1.08474342, 13.5875312, 217.027645],
            duration: 0.0819439669),
        RuckigReference(
            state: [1.95948582, -0.543701411, 17.5274065], goal: 1.95506132,
            limits: [2.67193193, 19.3671233, 113.695976], duration: 0.554684009),
        RuckigReference(
            state: [-1.92206829, -0.511126762, -6.42240331], goal: -1.86428099,
            limits: [1.40826109, 10.5542986, 172.862491], duration: 0.377886613),
        RuckigReference(
            state: [1.15345222, -0.218403202, 0.17079422], goal: 1.1512833,
            limits: [0.250629546, 6.96420884, 313.843902], duration: 0.102760453),
        RuckigReference(
            state: [0.70389455, 0.506280309, 9.29237448], goal: 0.745947001,
            limits: [0.961377282, 18.1650244, 94.8679387], duration: 0.543610683),
        RuckigReference(
            state: [-1.26662387, -0.752282654, -3.64521605], goal: -1.27852789,
            limits: [1.70247689, 10.5382611, 249.832961], duration: 0.267376567),
        RuckigReference(
            state: [-1.51328977, -0.137201975, 0.481829915], goal: -1.53602017,
            limits: [0.247128825, 2.22703548, 133.973183], duration: 0.172730307),
        RuckigReference(
            state: [-1.56219414, 0.0, 0.0], goal: -1.57335201, limits: [1.74857953, 18.570051, 137.590575],
            duration: 0.137419236),
    ]
}
