//! The names of the months in the languages of the news, and nothing else about dates.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Names as they stand in dates, which is in the genitive in Slavic and Baltic languages and Greek, and
/// abbreviations. Where languages disagree about a word (`listopada` is November in Polish and October in Croatian),
/// it has the meaning that more people give it.
const NAMES: [&str; 12] = [
    "january jan januar januari janvier janv enero ene gennaio gen janeiro jän jänner tammikuuta tammikuu \
     stycznia styczeń sty ledna leden januára január ianuarie ian ocak oca января январь янв січня січень \
     януари ιανουαρίου ιαν sausio janvārī jaanuar janúar siječnja januara јануар јануара يناير जनवरी জানুয়ারি \
     ژانویه ינואר มกราคม",
    "february feb februar februari février févr fév fevrier febrero febbraio febr fevereiro fev helmikuuta \
     helmikuu lutego luty února únor februára február februarie şubat şub февраля февраль фев февр лютого \
     лютий февруари φεβρουαρίου φεβ vasario februārī veebruar febrúar veljače februara фебруар فبراير فيفري \
     फरवरी ফেব্রুয়ারি فوریه פברואר กุมภาพันธ์",
    "march mar mars märz mrz maerz marzo março maart mrt maaliskuuta maaliskuu marca marzec března březen marec \
     március márc már martie mart марта март мар березня березень μαρτίου μαρ kovo martā märts ožujka مارس \
     मार्च মার্চ مارچ מרץ มีนาคม",
    "april apr avril avr abril abr aprile huhtikuuta huhtikuu kwietnia kwiecień kwi dubna duben apríla apríl \
     április ápr aprilie nisan апреля апрель апр квітня квітень април απριλίου απρ balandžio aprīlī aprill \
     travnja aprila أبريل ابريل أفريل अप्रैल এপ্রিল آوریل אפריל เมษายน",
    "may mai mayo maggio mag maio mei maj toukokuuta toukokuu maja května květen mája máj május mayıs мая май \
     травня травень μαΐου μαΐ gegužės maijā svibnja мај maí مايو ماي मई মে מאי พฤษภาคม",
    "june jun juin junio giugno giu junho juni kesäkuuta kesäkuu czerwca czerwiec června červen júna jún \
     június iunie haziran июня июнь июн червня червень юни ιουνίου ιουν birželio jūnijā juuni lipnja juna јун \
     júní يونيو جوان जून জুন ژوئن יוני มิถุนายน",
    "july jul juillet juil julio luglio lug julho juli heinäkuuta heinäkuu lipca lipiec července červenec júla \
     júl július iulie temmuz июля июль июл липня липень юли ιουλίου ιουλ liepos jūlijā juuli srpnja jula јул \
     júlí يوليو جويلية जुलाई জুলাই ژوئیه יולי กรกฎาคม",
    "august aug août aout agosto ago augustus elokuuta elokuu sierpnia sierpień srpna srpen augusta augusztus \
     ağustos августа август авг серпня серпень αυγούστου αυγ rugpjūčio augustā kolovoza avgusta ágúst أغسطس \
     اغسطس أوت अगस्त আগস্ট اوت אוגוסט สิงหาคม",
    "september sep sept septembre septiembre setiembre set settembre setembro syyskuuta syyskuu września \
     wrzesień září szeptember szept septembrie eylül сентября сентябрь сен сент вересня вересень септември \
     σεπτεμβρίου σεπ rugsėjo septembrī rujna septembra септембар سبتمبر सितंबर সেপ্টেম্বর سپتامبر ספטמבר กันยายน",
    "october oct oktober okt octobre octubre ottobre ott outubro out lokakuuta lokakuu października październik \
     října říjen októbra október octombrie ekim октября октябрь окт жовтня жовтень октомври οκτωβρίου οκτ spalio \
     oktobrī oktoober oktobra октобар أكتوبر اكتوبر अक्टूबर অক্টোবর اکتبر אוקטובר ตุลาคม",
    "november nov novembre noviembre novembro marraskuuta marraskuu listopada listopad listopadu novembra \
     noiembrie kasım ноября ноябрь ноя нояб листопада листопад ноември νοεμβρίου νοε lapkričio novembrī \
     studenoga studenog новембар nóvember نوفمبر नवंबर নভেম্বর نوامبر נובמבר พฤศจิกายน",
    "december dec dezember dez décembre déc diciembre dic dicembre dezembro desember des joulukuuta joulukuu \
     grudnia grudzień prosince prosinec decembra decembrie aralık декабря декабрь дек грудня грудень декември \
     δεκεμβρίου δεκ gruodžio decembrī detsember prosinca децембар ديسمبر दिसंबर ডিসেম্বর دسامبر דצמבר ธันวาคม",
];

static NUMBERS: LazyLock<HashMap<&str, u8>> = LazyLock::new(|| {
    let months = (1..).zip(NAMES);
    months.flat_map(|(month, names)| names.split_ascii_whitespace().map(move |name| (name, month))).collect()
});

/// The month, 1 to 12, that a word in small letters names.
pub(super) fn number(word: &str) -> Option<u8> {
    NUMBERS.get(word).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_one_number_in_all_languages() {
        let names: Vec<&str> = NAMES.iter().flat_map(|names| names.split_ascii_whitespace()).collect();
        assert_eq!(names.len(), NUMBERS.len(), "a name stands twice");
        let numbers =
            ["märz", "août", "stycznia", "мая", "июн", "nisan", "أكتوبر", "ธันวาคม", "monday"].map(number);
        assert_eq!(numbers, [Some(3), Some(8), Some(1), Some(5), Some(6), Some(4), Some(10), Some(12), None]);
    }
}
