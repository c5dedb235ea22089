namespace HealthLedger.Fhir.Synthetic;

/// <summary>A code with the words for it.</summary>
internal sealed record Term(string System, string Code, string Display);

/// <summary>A measurement: what, unit, and around which value.</summary>
internal sealed record Measure(Term Code, string Unit, string UcumCode, decimal Mean, decimal Spread, int Decimals);

/// <summary>A condition: from which age, how often, what is prescribed, and what follows.</summary>
/// <param name="Code">The condition.</param>
/// <param name="FromAge">Not before this age.</param>
/// <param name="Percent">Chance in a hundred over a life.</param>
/// <param name="Medication">What is prescribed.</param>
/// <param name="Lab">What the laboratory follows, or null.</param>
/// <param name="IsChronic">False when it ends after some weeks.</param>
internal sealed record Illness(Term Code, int FromAge, int Percent, Term Medication, Measure? Lab, bool IsChronic);

/// <summary>The codes that the generator uses.</summary>
internal static class Catalog
{
    public const string Loinc = "http://loinc.org";
    public const string Snomed = "http://snomed.info/sct";
    public const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
    public const string Cvx = "http://hl7.org/fhir/sid/cvx";

    public static readonly string[] FemaleNames = ["Demia", "Exampla", "Fictia", "Mockina", "Placeba", "Samplina", "Synthia", "Testa"];
    public static readonly string[] MaleNames = ["Demo", "Exampello", "Fictor", "Mockus", "Placebo", "Samplo", "Synthor", "Testus"];
    public static readonly string[] FamilyNames =
    [
        "Datasetti", "Exampleson", "Fixturing", "Madeupsky", "McMock", "Notarealname", "Placeholder", "Syntheticus", "Testington",
        "van Sample",
    ];
    public static readonly string[] Cities = ["Sampleton", "Mockville", "Example Bay", "Testerfeld"];
    public static readonly string[] Doctors = ["Ada Stubb", "Boris Fixture", "Cora Dummy", "Dino Sample", "Edda Virtual"];

    public static readonly Measure Height = new(L("8302-2", "Body height"), "cm", "cm", 170, 18, 1);
    public static readonly Measure Weight = new(L("29463-7", "Body weight"), "kg", "kg", 74, 25, 1);
    public static readonly Measure HeartRate = new(L("8867-4", "Heart rate"), "/min", "/min", 72, 15, 0);
    public static readonly Measure Temperature = new(L("8310-5", "Body temperature"), "Cel", "Cel", 36.8m, 0.7m, 1);
    public static readonly Measure Systolic = new(L("8480-6", "Systolic blood pressure"), "mm[Hg]", "mm[Hg]", 124, 22, 0);
    public static readonly Measure Diastolic = new(L("8462-4", "Diastolic blood pressure"), "mm[Hg]", "mm[Hg]", 79, 12, 0);
    public static readonly Term BloodPressure = L("85354-9", "Blood pressure panel with all children optional");
    public static readonly Term LipidPanel = L("57698-3", "Lipid panel with direct LDL - Serum or Plasma");
    public static readonly Measure[] Lipids =
    [
        new(L("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma"), "mg/dL", "mg/dL", 188, 45, 0),
        new(L("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma"), "mg/dL", "mg/dL", 130, 60, 0),
        new(L("18262-6", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay"), "mg/dL", "mg/dL", 110, 35, 0),
        new(L("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma"), "mg/dL", "mg/dL", 54, 15, 0),
    ];
    public static readonly Measure Hemoglobin = new(L("718-7", "Hemoglobin [Mass/volume] in Blood"), "g/dL", "g/dL", 14, 2, 1);
    public static readonly Measure A1c = new(L("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"), "%", "%", 6.90m, 1.20m, 2);
    public static readonly Measure Creatinine =
        new(L("2160-0", "Creatinine [Mass/volume] in Serum or Plasma"), "mg/dL", "mg/dL", 0.95m, 0.30m, 2);
    public static readonly Measure Phq9 =
        new(L("44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"), "{score}", "{score}", 11, 8, 0);
    public static readonly Measure AuditC = new(L("75626-2", "Total score [AUDIT-C]"), "{score}", "{score}", 7, 4, 0);
    public static readonly Term HivTest = L("56888-1", "HIV 1+2 Ab+HIV1 p24 Ag [Presence] in Serum or Plasma by Immunoassay");
    public static readonly Term Negative = new(Snomed, "260385009", "Negative");

    public static readonly (int Months, Term Vaccine)[] ChildVaccines =
    [
        (0, new(Cvx, "08", "Hep B, adolescent or pediatric")),
        (2, new(Cvx, "20", "DTaP")),
        (4, new(Cvx, "10", "IPV")),
        (12, new(Cvx, "03", "MMR")),
        (15, new(Cvx, "21", "varicella")),
        (60, new(Cvx, "03", "MMR")),
    ];
    public static readonly Term FluVaccine = new(Cvx, "140", "Influenza, seasonal, injectable, preservative free");
    public static readonly Term TetanusVaccine = new(Cvx, "113", "Td (adult) preservative free");

    public static readonly Illness[] Illnesses =
    [
        new(S("59621000", "Essential hypertension"), 35, 40, R("29046", "lisinopril"), Creatinine, true),
        new(S("44054006", "Diabetes mellitus type 2"), 40, 22, R("6809", "metformin"), A1c, true),
        new(S("195967001", "Asthma"), 6, 15, R("435", "albuterol"), null, true),
        new(S("55822004", "Hyperlipidemia"), 40, 30, R("36567", "simvastatin"), null, true),
        new(S("195662009", "Acute viral pharyngitis"), 2, 80, R("5640", "ibuprofen"), null, false),
        new(S("444814009", "Viral sinusitis"), 5, 60, R("723", "amoxicillin"), null, false),
        new(S("271737000", "Anemia"), 12, 15, R("24942", "ferrous sulfate"), Hemoglobin, false),
        new(S("370143000", "Major depressive disorder"), 16, 18, R("36437", "sertraline"), Phq9, true),
        new(S("240589008", "Chlamydia trachomatis infection"), 17, 8, R("18631", "azithromycin"), null, false),
        new(S("15167005", "Alcohol abuse"), 21, 9, R("7243", "naltrexone"), AuditC, true),
    ];

    public static readonly (Term Code, Term Reaction, string Category, string Criticality)[] Allergies =
    [
        (S("91936005", "Allergy to penicillin"), S("247472004", "Wheal"), "medication", "high"),
        (S("91935009", "Allergy to peanut"), S("39579001", "Anaphylaxis"), "food", "high"),
        (S("300916003", "Latex allergy"), S("271807003", "Eruption of skin"), "environment", "low"),
        (S("426232007", "Environmental allergy"), S("76067001", "Sneezing"), "environment", "low"),
    ];

    public static readonly (Term Code, int FromAge, int Percent)[] Procedures =
    [
        (S("80146002", "Appendectomy"), 8, 9),
        (S("73761001", "Colonoscopy"), 50, 60),
        (S("18286008", "Catheter ablation of tissue of heart"), 55, 4),
        (S("52734007", "Total hip replacement"), 62, 10),
    ];

    private static Term L(string code, string display) => new(Loinc, code, display);

    private static Term S(string code, string display) => new(Snomed, code, display);

    private static Term R(string code, string display) => new(RxNorm, code, display);
}
