"""Which language a text in Latin letters may be in, by the small words that it cannot do without.

Only languages whose words are kept in a form of their own are told apart: those that Snowball
stems, and Vietnamese, whose marks are what tells its words apart.
"""

from collections.abc import Iterable

FUNCTION_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "english": "a the of and to in is that for it as was with be by on are from which this at "
        "or an what how who when where why did does do were has have had its their can",
        "german": "der die das und ist von den dem des ein eine einer einem einen zu im mit auf "
        "für nicht sich auch als an es wird wurde wurden wie was wer wo wann warum welche "
        "welcher welches sind war hat bei oder nach aus zum zur",
        "french": "le la les des et est un une du en dans que qui pour au aux par sur pas il elle "
        "ne ce cette ses sont a été avec ou quel quelle quels quelles où comment pourquoi "
        "quand combien l d s qu",
        "spanish": "a el la los las de y es un una en que del por con para se al lo su no como más "
        "qué quién cuál cuáles cuándo dónde cómo cuánto cuántos fue son ha o sus entre era",
        "portuguese": "a o os as de e é um uma em que do da dos das no na nos nas por com para se "
        "ao à não como mais qual quais quem quando onde foi são ou pelo pela seu sua",
        "italian": "a il lo la i gli le di e è un una in che del della dei delle nel nella per con "
        "si al alla non come più chi quale quali quando dove perché cosa sono ha dal da anche l",
        "dutch": "de het een en van is in op te dat die voor met zijn niet aan er om ook als door "
        "werd wat wie waar wanneer hoe waarom welke bij naar uit over of wordt",
        "swedish": "och är att det som en ett av för på med till den de inte i har om var från vad "
        "vem när hur varför vilken vilket vilka eller ett sig",
        "danish": "og er at det som en et af for på med til den de ikke i har om var fra hvad hvem "
        "hvornår hvor hvordan hvorfor hvilken hvilket hvilke eller der blev sig",
        "norwegian": "og er at det som en et av for på med til den de ikke i har om var fra hva "
        "hvem når hvor hvordan hvorfor hvilken hvilket hvilke eller ble seg",
        "finnish": "ja on ei se että oli hän joka mutta ovat kun myös tai kuin mitä mikä kuka "
        "missä milloin miten miksi kuinka olivat sen ole tämä",
        "hungarian": "a az és hogy nem is egy volt mi ki hol mikor hogyan miért melyik mely meg "
        "van vagy ez mint már csak milyen hány",
        "romanian": "și în de la a fost este un o că pe cu din care nu se pentru ce cine când unde "
        "cum mai sau au sunt al ale ai lui prin câte câți",
        "turkish": "ve bir bu ne için ile de da olarak olan en daha kim nerede nasıl neden hangi "
        "kaç gibi kadar çok zaman oldu mi mı sonra ise",
        "polish": "i w na z jest się nie do to że od po jak co kto kiedy gdzie dlaczego czy który "
        "która które był była było są przez dla oraz o ile za",
        "czech": "a v na je se že do z s to pro od po jak co kdo kdy kde proč který která které "
        "byl byla bylo jsou nebo ve podle o i",
        "indonesian": "yang dan di dari untuk dengan pada adalah ini itu tidak dalam ke oleh apa "
        "siapa kapan mana bagaimana mengapa berapa juga atau sebagai akan",
        "vietnamese": "của và là các những được trong cho với có một không khi nào gì ai đâu bao "
        "nhiêu tại sao như thế đã người ở này từ đến về ra vào",
    }.items()
}


def likely(words: Iterable[str]) -> list[str]:
    """Return the languages with the most small words among these; none where there are none."""
    hits = dict.fromkeys(FUNCTION_WORDS, 0)
    for word in words:
        for language in LANGUAGES_OF.get(word, ()):
            hits[language] += 1
    most = max(hits.values())
    return [language for language, count in hits.items() if count == most] if most else []


LANGUAGES_OF: dict[str, tuple[str, ...]] = {
    word: tuple(each for each, known in FUNCTION_WORDS.items() if word in known)
    for word in frozenset().union(*FUNCTION_WORDS.values())
}
